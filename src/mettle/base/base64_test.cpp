#include "mettle/base/base64.hpp"

#include <gtest/gtest.h>

namespace mettle {
namespace {

TEST(Base64, WritesTheExamplesOfItsRfc) {
    EXPECT_EQ(to_base64(""), "");
    EXPECT_EQ(to_base64("f"), "Zg==");
    EXPECT_EQ(to_base64("fo"), "Zm8=");
    EXPECT_EQ(to_base64("foo"), "Zm9v");
    EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(to_base64("\xff\xfe"), "//4=");
}

TEST(Base64, ReadsThemBackWithOrWithoutPadding) {
    for (const char* text : {"", "f", "fo", "foo", "foob", "\xff\xfe"})
        EXPECT_EQ(from_base64(to_base64(text)), text);
    EXPECT_EQ(from_base64("Zg"), "f");
}

TEST(Base64, RefusesWhatIsNone) {
    for (const char* text : {"Z", "Zg=a", "Z g=", "Zh==", "Zg===", "_-8="})
        EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace mettle
