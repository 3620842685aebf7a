"""The released agenda for everybody: as open formats and as a booklet."""
