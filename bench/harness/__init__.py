"""What the rows share: processes on their own cores, load tools, paired ratios. Standard library only."""
