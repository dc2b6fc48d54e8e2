"""Who people are, which post they hold where, and what that lets them see and do."""
