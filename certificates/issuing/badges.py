"""Open Badges credentials. Named by the import contract; nothing is here yet."""
