"""Three planning problems of an event office: values in, values out; no web, no database, no clock."""
