"""Activity events as people give them: their fields in French, what may stand in each, and the event that comes of it.

`forms.FORMS` is the door, for `hub record` and for the import of files; `building.build_event` makes the event.
"""
