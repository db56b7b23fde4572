"""The SCORM data model. Named by the import contract; nothing is here yet."""
