// The proof of a user, made where the page is made: BELL_API_SECRET_KEY=sk_… java Hmac.java <userId> [<end, in Unix seconds>]
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Hmac {
    /** Ends with the secret. */
    static String userHmac(String secret, String userId) throws GeneralSecurityException {
        return Base64.getEncoder().encodeToString(sha256(secret, userId));
    }

    /** Ends at a moment, at most seven days ahead. */
    static String expiringUserHmac(String secret, String userId, long endsAt) throws GeneralSecurityException {
        byte[] mac = sha256("v2:" + secret, endsAt + "." + userId);
        return "v2." + endsAt + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(mac);
    }

    private static byte[] sha256(String key, String message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA256"));
        return mac.doFinal(message.getBytes(UTF_8));
    }

    public static void main(String[] arguments) throws GeneralSecurityException {
        String secret = System.getenv("BELL_API_SECRET_KEY");
        String userId = arguments[0];
        System.out.println(
                arguments.length > 1 ? expiringUserHmac(secret, userId, Long.parseLong(arguments[1])) : userHmac(secret, userId));
    }
}
