// The server's program: it trains on ciphertexts and never links anything that can hold a secret key.
return 0;
