"""The people who use the CRM: users, teams, roles with scopes, and who may see what."""
