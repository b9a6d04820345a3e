"""Where data comes from and goes to: one service a file; ``resolve`` alone knows runners."""
