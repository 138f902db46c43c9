// java -cp jnats.jar SendOrder.java <tenant> <event> <order id>      io.nats:jnats
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.PublishOptions;
import io.nats.client.api.PublishAck;
import java.nio.charset.StandardCharsets;

public class SendOrder {
    public static void main(String[] args) throws Exception {
        String tenant = args.length > 0 ? args[0] : "acme";
        String event = args.length > 1 ? args[1] : "order-placed";
        String order = args.length > 2 ? args[2] : "order-1";
        String url = System.getenv().getOrDefault("NATS_URL", "nats://127.0.0.1:4222");
        try (Connection nc = Nats.connect(url)) {
            byte[] body = ("{\"id\":\"" + order + "\",\"total\":42.5}").getBytes(StandardCharsets.UTF_8);
            // Sent again with the same id within two minutes, it is stored once.
            PublishOptions once = PublishOptions.builder().messageId(order).build();
            // Returns once the event is stored; throws where no package declares it, or its queue is full.
            PublishAck ack = nc.jetStream().publish("jobico.event." + tenant + "." + event, body, once);
            System.out.println("stored " + ack.getStream() + " " + ack.getSeqno() + (ack.isDuplicate() ? " before" : ""));
        }
    }
}
