// Sends a notification: BELL_URL=http://localhost:3001 BELL_BACKEND_KEY=ak_… go run send.go <userId> <title> <key>
// The key names what is told, such as invoice-3318-paid: the same one again, within 24 hours, sends nothing twice.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

type Recipients struct {
	Users []string `json:"users"`
}

type Notification struct {
	To    Recipients `json:"to"`
	Title string     `json:"title"`
}

type Sent struct {
	ID         string `json:"id"`
	Recipients int    `json:"recipients"`
}

// Problem is a refusal: Code is for programs, Errors point to the members that are not right.
type Problem struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Errors []struct {
		Pointer string `json:"pointer"`
		Detail  string `json:"detail"`
	} `json:"errors"`
}

func (problem *Problem) Error() string {
	lines := []string{problem.Code + ": " + problem.Detail}
	for _, member := range problem.Errors {
		lines = append(lines, member.Pointer+" "+member.Detail)
	}
	return strings.Join(lines, "\n")
}

var client = &http.Client{Timeout: 10 * time.Second}

func send(notification Notification, idempotencyKey string) (*Sent, error) {
	body, err := json.Marshal(notification)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest("POST", os.Getenv("BELL_URL")+"/api/v1/notifications", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("BELL_BACKEND_KEY"))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", idempotencyKey)
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		problem := &Problem{}
		if err := json.NewDecoder(response.Body).Decode(problem); err != nil {
			return nil, fmt.Errorf("status %d: %w", response.StatusCode, err)
		}
		return nil, problem
	}
	sent := &Sent{}
	return sent, json.NewDecoder(response.Body).Decode(sent)
}

func main() {
	notification := Notification{To: Recipients{Users: []string{os.Args[1]}}, Title: os.Args[2]}
	sent, err := send(notification, os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(sent.ID)
}
