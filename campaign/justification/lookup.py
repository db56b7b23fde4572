"""From indication to recommendation. Named by the import contract; nothing is here yet."""
