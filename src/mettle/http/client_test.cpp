#include "mettle/http/client.hpp"

#include "mettle/http/planted_server_test.hpp"

#include <gtest/gtest.h>

namespace mettle::http {
namespace {

using namespace std::chrono_literals;

Client client_of(const PlantedServer& server) {
    Url url;
    url.host = "127.0.0.1";
    url.port = server.port();
    return Client(url);
}

Error::Kind error_of(PlantedServer::Serve serve, Duration timeout = 5s) {
    const PlantedServer server(std::move(serve));
    const auto response = client_of(server).send({}, timeout);
    EXPECT_FALSE(response);
    return response ? Error::Kind::internal : response.error().kind;
}

PlantedServer::Serve once(std::string_view answer) {
    return [answer](PlantedConnection& connection) {
        connection.read_request();
        connection.send(answer);
    };
}

TEST(Client, ReadsStatusHeadersAndBody) {
    const PlantedServer server(
        always("HTTP/1.1 404 Not Found\r\nX-Name:  value \r\nContent-Length: 2\r\n\r\nno"));
    const auto response = client_of(server).send({}, 5s);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 404);
    EXPECT_EQ(response->reason, "Not Found");
    EXPECT_EQ(response->header("x-name"), "value");
    EXPECT_EQ(response->body, "no");
    EXPECT_GT(response->elapsed, 0s);
}

TEST(Client, TakesBodiesOfAllKinds) {
    const PlantedServer chunked(
        always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
    EXPECT_EQ(client_of(chunked).send({}, 5s)->body, "ok");
    const PlantedServer closing(once("HTTP/1.1 200 OK\r\n\r\nok"));
    EXPECT_EQ(client_of(closing).send({}, 5s)->body, "ok");
}

TEST(Client, AsksAgainWhenAKeptConnectionWasClosed) {
    const PlantedServer server(once(kPlantedOk));
    Client client = client_of(server);
    for (int count = 0; count < 3; ++count) EXPECT_TRUE(client.send({}, 5s));
    EXPECT_EQ(server.accepted(), 3);
}

TEST(Client, SaysWhatKindOfFailureItWas) {
    EXPECT_EQ(error_of(once("")), Error::Kind::connection_lost);
    EXPECT_EQ(error_of(once("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")),
              Error::Kind::connection_lost);
    EXPECT_EQ(error_of(once("220 smtp.example.org\r\n")), Error::Kind::protocol_violation);
    const auto hang = [](PlantedConnection& connection) { connection.wait_for_client(); };
    EXPECT_EQ(error_of(hang, 50ms), Error::Kind::timed_out);
    Url nowhere;
    nowhere.host = "127.0.0.1";
    nowhere.port = 1;
    EXPECT_EQ(Client(nowhere).send({}, 5s).error().kind, Error::Kind::connection_lost);
    nowhere.host = "no-such-host.invalid";
    EXPECT_EQ(Client(nowhere).send({}, 5s).error().kind, Error::Kind::connection_lost);
}

TEST(Client, EncodesWhatARequestNeeds) {
    const Url url = *parse_url("http://host:81/x");
    EXPECT_TRUE(encode_request(url, {"GET", "/x", {}, ""})
                    .starts_with("GET /x HTTP/1.1\r\nHost: host:81\r\n"));
    const std::string post = encode_request(url, {"POST", "/", {{"host", "other"}}, "abc"});
    EXPECT_EQ(post.find("host:81"), std::string::npos);
    EXPECT_TRUE(post.ends_with("\r\nContent-Length: 3\r\n\r\nabc"));
}

}  // namespace
}  // namespace mettle::http
