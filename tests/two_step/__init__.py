"""A second programme that lives only here and walks through the same doors."""
