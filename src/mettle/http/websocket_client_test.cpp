#include "mettle/http/websocket_client.hpp"

#include "mettle/base/clock_ns.hpp"
#include "mettle/http/planted_server_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace mettle::http {
namespace {

using ::testing::HasSubstr;
using Kind = WebSocketCall::Kind;

// What a server needs of RFC 6455 for short messages.
std::string frame(std::string_view text, int opcode = 1) {
    std::string bytes{static_cast<char>(0x80 | opcode), static_cast<char>(text.size())};
    return bytes.append(text);
}
std::string read_message(PlantedConnection& connection) {
    const std::string head = connection.read_bytes(2);
    if (head.size() < 2) return "";
    const std::string mask = connection.read_bytes(4);
    std::string text = connection.read_bytes(static_cast<std::size_t>(head[1] & 0x7f));
    for (std::size_t at = 0; at < text.size(); ++at) text[at] ^= mask[at % 4];
    return text;
}
bool shake_hands(PlantedConnection& connection, std::string_view behind = "") {
    const std::string request = connection.read_request();
    const auto at = request.find("Sec-WebSocket-Key: ");
    if (at == std::string::npos) return false;
    const std::string key = request.substr(at + 19, request.find('\r', at) - at - 19);
    return connection.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
        websocket_accept(key) + "\r\n\r\n" + std::string(behind));
}

struct WebSocketTest : ::testing::Test, WebSocketClient::Owner {
    void on_done(WebSocketCall& call) override {
        done = true;
        body = call.body;
        error = call.error;
        head = call.head;
    }
    static Address address_of(const PlantedServer& server) {
        Url url;
        url.host = "127.0.0.1";
        url.port = server.port();
        return pick_address(url).value();
    }
    WebSocketClient make(const PlantedServer& server, WebSocketClient::Options options = {}) {
        return WebSocketClient(address_of(server), std::move(options), *this);
    }
    void run(WebSocketClient& client, WebSocketCall& call) {
        done = false;
        call.deadline_ns = clock_ns() + 5'000'000'000;
        client.start(call);
        while (!done) client.poll(clock_ns() + 1'000'000);
    }
    WebSocketCall open(WebSocketClient& client) {
        WebSocketCall call;
        call.bytes = "GET /ws HTTP/1.1\r\nHost: x\r\n";
        run(client, call);
        return call;
    }

    bool done = false;
    std::string body, error, head;
};

TEST(WebSocket, TheAcceptIsThatOfTheStandard) {
    EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_F(WebSocketTest, OpensSendsReceivesAndCloses) {
    const PlantedServer server([](PlantedConnection& connection) {
        shake_hands(connection);
        for (;;) {
            const std::string text = read_message(connection);
            if (text.empty() || text == "\x03\xe8") break;
            connection.send(frame("echo " + text));
        }
        connection.send(frame("\x03\xe8", 8));
    });
    WebSocketClient client = make(server);
    const WebSocketCall opened = open(client);
    ASSERT_EQ(opened.outcome, WireOutcome::answered) << error;
    EXPECT_EQ(opened.status, 101);
    EXPECT_THAT(head, HasSubstr("Upgrade: websocket"));
    EXPECT_GT(opened.connect_ns, 0);
    WebSocketCall said;
    said.kind = Kind::exchange;
    said.socket = opened.socket;
    said.bytes = "hi";
    for (int round = 0; round < 3; ++round) {
        run(client, said);
        ASSERT_EQ(said.outcome, WireOutcome::answered) << error;
        EXPECT_EQ(body, "echo hi");
        EXPECT_LE(said.sent_ns, said.first_byte_ns);
        EXPECT_LE(said.first_byte_ns, said.done_ns);
    }
    WebSocketCall closing;
    closing.kind = Kind::close;
    closing.socket = opened.socket;
    run(client, closing);
    EXPECT_EQ(closing.outcome, WireOutcome::answered);
    run(client, said);
    EXPECT_EQ(said.outcome, WireOutcome::closed);
}

TEST_F(WebSocketTest, WhatComesWithTheHandshakeOrUnaskedIsKept) {
    const PlantedServer server([](PlantedConnection& connection) {
        shake_hands(connection, frame("first") + frame("", 9) + frame("second"));
        read_message(connection);  // The pong.
        connection.wait_for_client();
    });
    WebSocketClient client = make(server);
    WebSocketCall waits;
    waits.socket = open(client).socket;
    waits.kind = Kind::exchange;
    waits.messages = 2;
    run(client, waits);
    EXPECT_EQ(waits.outcome, WireOutcome::answered) << error;
    EXPECT_EQ(body, "second");
    EXPECT_EQ(waits.received, 11u);
}

TEST_F(WebSocketTest, ARefusedHandshakeSaysItsStatus) {
    const PlantedServer server([](PlantedConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
    WebSocketClient client = make(server);
    const WebSocketCall call = open(client);
    EXPECT_EQ(call.status, 403);
    EXPECT_EQ(call.outcome, WireOutcome::answered);
}

TEST_F(WebSocketTest, AServerThatLeavesOrLiesIsSaid) {
    std::atomic<int> count = 0;
    const PlantedServer server([&count](PlantedConnection& connection) {
        if (count++ == 0) {
            shake_hands(connection);
            read_message(connection);
            return;  // Closed without a word.
        }
        connection.read_request();
        connection.send(
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: of another\r\n\r\n");
    });
    WebSocketClient client = make(server);
    WebSocketCall said;
    said.socket = open(client).socket;
    said.kind = Kind::exchange;
    said.bytes = "hi";
    run(client, said);
    EXPECT_EQ(said.outcome, WireOutcome::closed);
    EXPECT_EQ(open(client).outcome, WireOutcome::malformed);
    EXPECT_THAT(error, HasSubstr("Sec-WebSocket-Accept"));
}

TEST_F(WebSocketTest, SilenceIsATimeout) {
    const PlantedServer server([](PlantedConnection& connection) {
        shake_hands(connection);
        connection.wait_for_client();
    });
    WebSocketClient client = make(server);
    WebSocketCall said;
    said.socket = open(client).socket;
    said.kind = Kind::exchange;
    said.bytes = "hi";
    done = false;
    said.deadline_ns = clock_ns() + 50'000'000;
    client.start(said);
    while (!done) client.poll(clock_ns() + 1'000'000);
    EXPECT_EQ(said.outcome, WireOutcome::timeout);
}

// The server closed one between two calls, and its place went to the next: the first user's number
// must not be that of the second user's socket.
TEST_F(WebSocketTest, ANumberIsNotAnothersSoon) {
    std::atomic<int> count = 0;
    const PlantedServer server([&](PlantedConnection& connection) {
        const bool first = ++count == 1;
        shake_hands(connection, first ? frame("\x03\xe8", 8) : "");
        connection.wait_for_client();
    });
    auto client = make(server);
    const std::uint32_t lost = open(client).socket;
    const std::uint32_t kept = open(client).socket;
    EXPECT_NE(lost, kept);
    WebSocketCall say;
    say.kind = Kind::exchange;
    say.bytes = "x";
    say.socket = lost;
    run(client, say);
    EXPECT_EQ(say.outcome, WireOutcome::closed);
}

TEST_F(WebSocketTest, DroppingSaysGoodbye) {
    std::atomic<bool> heard = false;
    const PlantedServer server([&](PlantedConnection& connection) {
        shake_hands(connection);
        heard = read_message(connection) == "\x03\xe9";  // 1001: going away.
        heard.notify_all();
    });
    auto client = make(server);
    const WebSocketCall opened = open(client);
    client.drop(opened.socket);
    client.drop(opened.socket);  // Which is closed.
    heard.wait(false);
    EXPECT_TRUE(heard);
}

void shake_hands_only(PlantedConnection& connection) {
    shake_hands(connection);
    read_message(connection);
}

TEST_F(WebSocketTest, EachSocketGoesWhereTheNameIsThen) {
    const PlantedServer before(shake_hands_only), after(shake_hands_only);
    const Address old_place = address_of(before), new_place = address_of(after);
    const int probes = after.accepted();
    std::atomic<bool> moved = false;
    WebSocketClient::Options options;
    options.resolve_each = [&]() -> Result<std::vector<Address>> {
        return std::vector{moved ? new_place : old_place};
    };
    WebSocketClient client = make(before, options);
    EXPECT_EQ(open(client).status, 101);
    EXPECT_EQ(after.accepted(), probes);
    moved = true;
    EXPECT_EQ(open(client).status, 101);
    EXPECT_EQ(after.accepted(), probes + 1);
}

TEST_F(WebSocketTest, ANameThatIsGoneIsAConnectThatFailed) {
    const PlantedServer server(shake_hands_only);
    WebSocketClient::Options options;
    options.resolve_each = []() -> Result<std::vector<Address>> {
        return fail(Error::Kind::connection_lost, "the host 'shop' was not found");
    };
    WebSocketClient client = make(server, options);
    const WebSocketCall call = open(client);
    EXPECT_EQ(call.outcome, WireOutcome::connect);
    EXPECT_EQ(error, "the host 'shop' was not found");
    EXPECT_EQ(client.connections_opened(), 0U);
}

// The answer comes when nobody waits for it any more, and another has the slot.
TEST_F(WebSocketTest, ASlowResolverDoesNotHoldUpTheDeadline) {
    const PlantedServer server(shake_hands_only);
    const Address place = address_of(server);
    std::atomic<bool> answers = false;
    WebSocketClient::Options options;
    options.resolve_each = [&]() -> Result<std::vector<Address>> {
        answers.wait(false);
        return std::vector{place};
    };
    WebSocketClient client = make(server, options);
    WebSocketCall late;
    late.bytes = "GET /ws HTTP/1.1\r\nHost: x\r\n";
    late.deadline_ns = clock_ns() + 20'000'000;
    client.start(late);
    while (!done) client.poll(clock_ns() + 1'000'000);
    EXPECT_EQ(late.outcome, WireOutcome::timeout);
    answers = true;
    answers.notify_all();
    EXPECT_EQ(open(client).status, 101);
    EXPECT_EQ(client.connections_opened(), 1U);
}

}  // namespace
}  // namespace mettle::http
