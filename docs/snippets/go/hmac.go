// The proof of a user, made where the page is made: BELL_API_SECRET_KEY=sk_… go run hmac.go <userId> [<end, in Unix seconds>]
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
)

// userHmac ends with the secret.
func userHmac(secret, userID string) string {
	return base64.StdEncoding.EncodeToString(mac(secret, userID))
}

// expiringUserHmac ends at a moment in Unix seconds, at most seven days ahead.
func expiringUserHmac(secret, userID, endsAt string) string {
	return "v2." + endsAt + "." + base64.RawURLEncoding.EncodeToString(mac("v2:"+secret, endsAt+"."+userID))
}

func mac(key, message string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

func main() {
	secret, userID := os.Getenv("BELL_API_SECRET_KEY"), os.Args[1]
	if len(os.Args) > 2 {
		fmt.Println(expiringUserHmac(secret, userID, os.Args[2]))
	} else {
		fmt.Println(userHmac(secret, userID))
	}
}
