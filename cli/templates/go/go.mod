module my-jobs

go 1.24
