// The server over real sockets on loopback.

#include "mettle/http/server.hpp"

#include "mettle/base/exit_code.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <thread>

namespace mettle::http {
namespace {

namespace net = boost::asio;
using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Answers with the request's method, path and body; "/later" answers from another thread; "/huge"
// with 8 MiB.
class Echo final : public Handler {
public:
    void handle(Exchange& exchange) override {
        exchange.response.content_type = "text/plain";
        exchange.response.body = std::string(exchange.request.method) + " " +
                                 std::string(exchange.request.path) + " " +
                                 std::string(exchange.request.body);
        if (exchange.request.path == "/huge") exchange.response.body.assign(8 << 20, 'x');
        if (exchange.request.path != "/later") return exchange.send();
        auto held = exchange.hold();
        std::thread([held] {
            std::this_thread::sleep_for(50ms);
            net::post(held->io(), [held] { held->send(); });
        }).detach();
    }
    void on_sent(Exchange&) override { ++sent; }
    void on_refused(int status) override { refused = status; }

    std::atomic<int> sent = 0;
    std::atomic<int> refused = 0;
};

class Client {
public:
    explicit Client(std::uint16_t port) : socket_(io_) {
        socket_.connect({net::ip::make_address("127.0.0.1"), port});
    }

    void send(std::string_view bytes) {
        boost::system::error_code ignored;
        net::write(socket_, net::buffer(bytes), ignored);
    }
    // Exactly one response with a Content-Length.
    std::string receive() {
        boost::system::error_code error;
        const std::size_t head =
            net::read_until(socket_, net::dynamic_buffer(bytes_), "\r\n\r\n", error);
        if (error) return "closed";
        const std::size_t at = bytes_.find("Content-Length: ");
        const std::size_t whole = head + (at < head ? std::stoul(bytes_.substr(at + 16)) : 0);
        if (bytes_.size() < whole)
            net::read(socket_, net::dynamic_buffer(bytes_),
                      net::transfer_exactly(whole - bytes_.size()), error);
        std::string response = bytes_.substr(0, whole);
        bytes_.erase(0, whole);
        return response;
    }
    std::string receive_all() {
        boost::system::error_code error;
        net::read(socket_, net::dynamic_buffer(bytes_), error);
        return std::exchange(bytes_, {});
    }
    void close() { socket_.close(); }

private:
    net::io_context io_;
    net::ip::tcp::socket socket_;
    std::string bytes_;
};

struct ServerTest : ::testing::Test {
    static Server::Options options() {
        Server::Options options;
        options.port = 0;
        options.limits.max_body_bytes = 1 << 20;
        options.limits.max_connections = 4;
        options.limits.head_timeout = options.limits.body_timeout = 300ms;
        options.limits.idle_timeout = 5s;
        return options;
    }
    ServerTest() { server.start(); }
    ~ServerTest() override { server.stop(1s); }

    Echo echo;
    Server server{options(), echo};
};

TEST_F(ServerTest, KeepsAConnectionAndAnswersPipelinedRequestsInOrder) {
    Client client(server.port());
    std::string both;
    for (int index = 0; index < 100; ++index)
        both += "GET /" + std::to_string(index) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    client.send(both);
    for (int index = 0; index < 100; ++index)
        EXPECT_THAT(client.receive(), EndsWith("GET /" + std::to_string(index) + " "));
}

TEST_F(ServerTest, ReadsABodyThatArrivesInPieces) {
    Client client(server.port());
    const std::string body(300'000, 'b');
    client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n");
    for (std::size_t at = 0; at < body.size(); at += 50'000)
        client.send(std::string_view(body).substr(at, 50'000));
    EXPECT_THAT(client.receive(), EndsWith("POST /p " + body));
    client.send("GET /after HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.receive(), EndsWith("GET /after "));
}

TEST_F(ServerTest, ReadsChunkedBodiesAndTheRequestBehindThem) {
    Client client(server.port());
    std::string big(100'000, 'c');
    client.send("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + big +
                "\r\n3\r\nend\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.receive(), EndsWith("POST /c " + big + "end"));
    EXPECT_THAT(client.receive(), EndsWith("GET /next "));
}

TEST_F(ServerTest, SaysContinueOnlyToThoseWhoWait) {
    Client client(server.port());
    client.send("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 100 Continue"));
    client.send("ok");
    EXPECT_THAT(client.receive(), EndsWith("POST /e ok"));
}

TEST_F(ServerTest, AnswersFromAnotherThread) {
    Client client(server.port());
    client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /then HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.receive(), EndsWith("GET /later "));
    EXPECT_THAT(client.receive(), EndsWith("GET /then "));
}

TEST_F(ServerTest, AClientThatLeavesBeforeItsAnswerHurtsNobody) {
    Client gone(server.port());
    gone.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    gone.close();
    Client client(server.port());
    client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.receive(), EndsWith("GET /later "));
}

TEST_F(ServerTest, WritesResponsesLargerThanTheSocketsBuffer) {
    Client client(server.port());
    client.send("GET /huge HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_GT(client.receive_all().size(), std::size_t{8} << 20);
}

TEST_F(ServerTest, RefusesAndClosesWithAReason) {
    Client client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n");
    const std::string response = client.receive_all();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(response, HasSubstr("Connection: close"));
    EXPECT_THAT(response, HasSubstr("larger than the limit of 1.0 MiB"));
    EXPECT_EQ(echo.refused, 413);
}

TEST_F(ServerTest, AHeadThatDripsTimesOut) {
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\nHo");
    EXPECT_THAT(client.receive_all(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, MoreConnectionsThanAllowedGet503) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int index = 0; index < 4; ++index) {
        clients.push_back(std::make_unique<Client>(server.port()));
        clients.back()->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_THAT(clients.back()->receive(), StartsWith("HTTP/1.1 200 "));
    }
    Client fifth(server.port());
    EXPECT_THAT(fifth.receive_all(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(ServerTest, HeadHasNoBodyAndItsLength) {
    Client client(server.port());
    client.send("HEAD /abc HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const std::string response = client.receive_all();
    EXPECT_THAT(response, HasSubstr("Content-Length: 10\r\n"));
    EXPECT_THAT(response, EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, StoppingFinishesWhatIsInFlight) {
    Client client(server.port());
    client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    while (echo.sent == 0 && server.open_connections() == 0) std::this_thread::yield();
    std::thread stopper([this] { server.stop(5s); });
    const std::string response = client.receive_all();
    stopper.join();
    EXPECT_THAT(response, EndsWith("GET /later "));
    EXPECT_THAT(response, HasSubstr("Connection: close"));
}

TEST_F(ServerTest, ANewcomerIsStillAnsweredWhenTheServerStops) {
    Client client(server.port());
    while (server.open_connections() == 0) std::this_thread::yield();
    std::thread stopper([this] { server.stop(5s); });
    client.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string response = client.receive_all();
    stopper.join();
    EXPECT_THAT(response, EndsWith("GET /late "));
}

TEST_F(ServerTest, APortThatIsTakenIsAPlainSentence) {
    Server::Options taken = options();
    taken.port = server.port();
    try {
        const Server second(taken, echo);
        FAIL() << "two servers on one port";
    } catch (const StartupError& error) {
        EXPECT_THAT(error.what(), HasSubstr("is taken"));
        EXPECT_EQ(error.code(), ExitCode::bad_input);
    }
}

}  // namespace
}  // namespace mettle::http
