"""The whole CRM on one machine: embedded PostgreSQL and Valkey, worker, scheduler and site."""
