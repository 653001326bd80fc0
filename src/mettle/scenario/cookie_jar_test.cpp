#include "mettle/scenario/cookie_jar.hpp"

#include <gtest/gtest.h>

namespace mettle::scenario {
namespace {

std::string sent(const CookieJar& jar, std::string_view path) {
    std::string text;
    jar.append(text, path);
    return text;
}

TEST(CookieJar, SendsBackWhatItGot) {
    CookieJar jar;
    jar.set("a=1; Path=/; HttpOnly", "/login");
    jar.set("b=2; path=/", "/login");
    EXPECT_EQ(sent(jar, "/items?x=1"), "a=1; b=2");
    EXPECT_EQ(jar.value("b"), "2");
}

TEST(CookieJar, TheSameNameReplaces) {
    CookieJar jar;
    jar.set("a=1; Path=/", "/");
    jar.set("a=2; Path=/", "/");
    EXPECT_EQ(sent(jar, "/"), "a=2");
}

TEST(CookieJar, APathCoversItsFolderOnly) {
    CookieJar jar;
    jar.set("a=1", "/shop/login");
    jar.set("b=2; Path=/other", "/shop/login");
    EXPECT_EQ(sent(jar, "/shop/items"), "a=1");
    EXPECT_EQ(sent(jar, "/shopping"), "");
    EXPECT_EQ(sent(jar, "/other?q"), "b=2");
}

TEST(CookieJar, AnAgeOrDateInThePastDeletes) {
    CookieJar jar;
    jar.set("a=1; Path=/", "/");
    jar.set("b=1; Path=/", "/");
    jar.set("a=; Path=/; Max-Age=0", "/");
    jar.set("b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/");
    EXPECT_EQ(jar.size(), 0u);
}

TEST(CookieJar, IsBoundedAndDropsWhatIsNoCookie) {
    CookieJar jar;
    jar.set("no equals", "/");
    jar.set("=x", "/");
    jar.set("a=" + std::string(5000, 'x'), "/");
    EXPECT_EQ(jar.size(), 0u);
    for (int index = 0; index < 100; ++index) jar.set("c" + std::to_string(index) + "=1", "/");
    EXPECT_EQ(jar.size(), CookieJar::kMost);
}

}  // namespace
}  // namespace mettle::scenario
