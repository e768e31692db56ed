"""Machines that come when there is work: Auto Scaling groups, and waking who looks at them."""
