"""Packages made elsewhere: cmi5 and SCORM. The floor is kept for them; nothing is here yet."""
