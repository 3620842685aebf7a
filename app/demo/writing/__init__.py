"""From the data files to rows, one file a part of the house."""
