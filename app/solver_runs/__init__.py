"""A row for each solve: state, progress, problem, outcome. Knows no kind of problem."""
