#include "mettle/http/url.hpp"

#include <gtest/gtest.h>

namespace mettle::http {
namespace {

Url parsed(std::string_view text) {
    const auto url = parse_url(text);
    EXPECT_TRUE(url) << (url ? "" : url.error().message);
    return url.value_or(Url{});
}

TEST(Url, TakesApartWhatPeopleWrite) {
    EXPECT_EQ(parsed("http://host:8000/a?b=c#d"), (Url{"http", "host", 8000, "/a?b=c"}));
    EXPECT_EQ(parsed("localhost:8000"), (Url{"http", "localhost", 8000, "/"}));
    EXPECT_EQ(parsed("https://example.org"), (Url{"https", "example.org", 443, "/"}));
    EXPECT_EQ(parsed("http://[::1]:9/x"), (Url{"http", "::1", 9, "/x"}));
    EXPECT_EQ(parsed("http://h?q"), (Url{"http", "h", 80, "/?q"}));
}

TEST(Url, WritesItselfBack) {
    for (const std::string_view text :
         {"http://host:8000/a?b=c", "https://example.org", "http://[::1]:9/x", "http://h/p"}) {
        EXPECT_EQ(parsed(text).to_string(), text);
    }
    EXPECT_EQ(parsed("http://[::1]:80").authority(), "[::1]");
}

TEST(Url, KnowsLoopback) {
    EXPECT_TRUE(parsed("http://127.0.0.2:1").is_loopback());
    EXPECT_TRUE(parsed("http://[::1]:1").is_loopback());
    EXPECT_FALSE(parsed("http://10.0.0.1:1").is_loopback());
}

TEST(Url, RefusesWhatIsNone) {
    for (const std::string_view text :
         {"", "http://", "ftp://host", "http://host:0", "http://host:65536", "http://host:x",
          "http://[::1", "http://[::1]x", "http://[U]", "http://a]", "http://::1:80",
          "http://user:pw@host", "http://ho st", "http://host/a\r\nX: y"}) {
        EXPECT_FALSE(parse_url(text)) << text;
    }
}

}  // namespace
}  // namespace mettle::http
