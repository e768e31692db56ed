"""Publishing artifacts as pages, on GitHub's branch for that.

Only the tip of the default branch is published, of a trusted run that a push has started and that
has ended well; each artifact once for each round of its run. Runs of one repository are dealt with
one after another. What was done is noted beside the run, so that whoever goes on for a dead process
does the rest.
"""
