from json import nothing_like_it
