"""Lists as spreadsheets: what a page shows, in columns that an import reads back. Nothing protected is among them."""
