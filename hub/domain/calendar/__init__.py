"""Days and hours in Europe/Paris: the priority line, public holidays, working time."""
