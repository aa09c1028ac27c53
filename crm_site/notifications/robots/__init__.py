"""Team-chat robots: notifications posted to WeCom, DingTalk, Feishu and Slack."""
