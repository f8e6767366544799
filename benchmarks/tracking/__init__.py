"""Speed of tracking and zones beside a plain tracker."""
