// Sends a notification: BELL_URL=http://localhost:3001 BELL_BACKEND_KEY=ak_… java Send.java <userId> <title> <key>
// The key names what is told, such as invoice-3318-paid: the same one again, within 24 hours, sends nothing twice.
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

class Send {
    /** A refusal: the problem's `code` is for programs, its `errors` point to the members that are not right. */
    static class BellException extends Exception {
        final int status;
        final String problem;

        BellException(int status, String problem) {
            super(status + " " + problem);
            this.status = status;
            this.problem = problem;
        }
    }

    private static final HttpClient CLIENT = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    /** Gives the answer, `{"id": "…", "recipients": 1}`. */
    static String send(String notification, String idempotencyKey) throws IOException, InterruptedException, BellException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(System.getenv("BELL_URL") + "/api/v1/notifications"))
                .header("Authorization", "Bearer " + System.getenv("BELL_BACKEND_KEY"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.ofString(notification))
                .build();
        HttpResponse<String> response = CLIENT.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 201) {
            throw new BellException(response.statusCode(), response.body());
        }
        return response.body();
    }

    /** A text in JSON. Java has no library for it of its own; whichever you use does this for you. */
    private static String json(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char unit : text.toCharArray()) {
            quoted.append(unit < ' ' || unit == '"' || unit == '\\' ? String.format("\\u%04x", (int) unit) : unit);
        }
        return quoted.append('"').toString();
    }

    public static void main(String[] arguments) throws InterruptedException {
        String notification =
                "{\"to\": {\"users\": [" + json(arguments[0]) + "]}, \"title\": " + json(arguments[1]) + "}";
        try {
            System.out.println(send(notification, arguments[2]));
        } catch (BellException | IOException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
