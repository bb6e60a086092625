"""`hub up`: the whole hub on one machine, embedded engines included, supervised, with demo data and a live view."""
