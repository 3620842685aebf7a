"""What stands between the network and the routes: guards, headers, errors as pages."""
