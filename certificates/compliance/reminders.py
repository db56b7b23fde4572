"""Who is to be told what today. Named by the import contract; nothing is here yet."""
