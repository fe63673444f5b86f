"""How each kind of slide is drawn: one module a kind, all of them on the same sheet. `panels.svg` is the door."""
