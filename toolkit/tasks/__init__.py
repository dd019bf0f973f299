"""What the commands do for one kind of task, over all the packages below."""
