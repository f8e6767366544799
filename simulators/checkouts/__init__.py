"""A store's checkouts without a picture: months of queues in seconds, for judging decisions."""
