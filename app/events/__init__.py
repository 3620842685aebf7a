"""An edition of the conference: days, venue, rooms, tables, time grid, challenges, North and South."""
