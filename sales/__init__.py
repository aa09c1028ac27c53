"""What we sell: products, orders, credits and payments."""
