"""Files of strangers into rows of text, in a child process that may use little memory and little time.

``python -m app.registration.importing.reading`` is that child; it imports nothing of the office but the text rules.
"""
