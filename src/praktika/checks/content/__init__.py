"""What of a run is to be shown. Pure.

Every text that people or their code have written goes through `text`: nobody is called by name, no
link, picture, HTML or table cell is smuggled in (security 6, 14).
"""
