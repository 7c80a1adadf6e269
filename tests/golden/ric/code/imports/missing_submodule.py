import package.not_there
