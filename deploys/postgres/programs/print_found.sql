-- Prints what the scripts before it have put into `found`.
SELECT :'found';
