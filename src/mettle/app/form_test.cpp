#include "mettle/app/form.hpp"

#include <gmock/gmock.h>

namespace mettle::app {

namespace {

using testing::ElementsAre;

std::vector<std::string> read(std::string_view form) {
    std::vector<std::string> pairs;
    for (const FormField& field : read_form(form, 4).value())
        pairs.push_back(field.name + ":" + field.value);
    return pairs;
}

TEST(Form, DecodesNamesAndValues) {
    EXPECT_THAT(read("a=1&b+c=x+y%21&a=%C3%A9=&d"),
                ElementsAre("a:1", "b c:x y!", "a:\xC3\xA9=", "d:"));
    EXPECT_THAT(read("&&a=&"), ElementsAre("a:"));
    EXPECT_THAT(read(""), ElementsAre());
}

TEST(Form, KeepsEscapesThatAreNone) {
    EXPECT_THAT(read("a=%&b=%4&c=%zz&d=%41%"), ElementsAre("a:%", "b:%4", "c:%zz", "d:A%"));
}

TEST(Form, IsBounded) {
    EXPECT_EQ(read_form("a&b&c&d&e", 4).error().kind, Error::Kind::too_large);
}

}  // namespace

}  // namespace mettle::app
