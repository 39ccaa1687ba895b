"""Who may sign in: accounts with a role and a scope, and API tokens."""
