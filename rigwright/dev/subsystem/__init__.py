"""``rig dev new``: every file of a new subsystem, and the how-to page that explains them."""
