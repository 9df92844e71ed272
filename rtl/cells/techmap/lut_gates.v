// Yosys techmap: one gate for a look-up table of one or two inputs, as BLIF files spell gates. Wider
// tables become multiplexer trees by Yosys' own rules. Bit {A[1], A[0]} of LUT is the output.
module \$lut (A, Y);
  parameter WIDTH = 0;
  parameter LUT = 0;
  input [WIDTH-1:0] A;
  output Y;
  generate
    if (WIDTH == 1 && LUT == 2'b10) begin
      \$_BUF_ _TECHMAP_REPLACE_ (.A(A[0]), .Y(Y));
    end else if (WIDTH == 1 && LUT == 2'b01) begin
      \$_NOT_ _TECHMAP_REPLACE_ (.A(A[0]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b1000) begin
      \$_AND_ _TECHMAP_REPLACE_ (.A(A[0]), .B(A[1]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b0111) begin
      \$_NAND_ _TECHMAP_REPLACE_ (.A(A[0]), .B(A[1]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b1110) begin
      \$_OR_ _TECHMAP_REPLACE_ (.A(A[0]), .B(A[1]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b0001) begin
      \$_NOR_ _TECHMAP_REPLACE_ (.A(A[0]), .B(A[1]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b0110) begin
      \$_XOR_ _TECHMAP_REPLACE_ (.A(A[0]), .B(A[1]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b1001) begin
      \$_XNOR_ _TECHMAP_REPLACE_ (.A(A[0]), .B(A[1]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b0010) begin
      \$_ANDNOT_ _TECHMAP_REPLACE_ (.A(A[0]), .B(A[1]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b0100) begin
      \$_ANDNOT_ _TECHMAP_REPLACE_ (.A(A[1]), .B(A[0]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b1011) begin
      \$_ORNOT_ _TECHMAP_REPLACE_ (.A(A[0]), .B(A[1]), .Y(Y));
    end else if (WIDTH == 2 && LUT == 4'b1101) begin
      \$_ORNOT_ _TECHMAP_REPLACE_ (.A(A[1]), .B(A[0]), .Y(Y));
    end else begin
      wire _TECHMAP_FAIL_ = 1;
    end
  endgenerate
endmodule
