"""The spiders: they collect pages. What happens to an item afterwards is none of their business."""
