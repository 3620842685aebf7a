"""Lists from spreadsheets: read in a child process, looked at in a dry run, written in one transaction."""
