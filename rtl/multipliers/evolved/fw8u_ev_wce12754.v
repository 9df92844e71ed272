// fw8u_ev_wce12754: evolved, wce <= 12754, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 3580.499, WCE 12678, EP 99.918 %, MRE 1589.064 %,
//   mean -130.750
// Mapped to faultwave45.lib: 16.9 um^2, 0.0141 pJ per multiplication, 0.17 ns
// Expected MAE under a random stuck-at fault of this netlist: 6696.1
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 61 s, do not edit:
//   faultwave evolve --width 8 --metric wce --limit 12754 --objective area --seed-netlist fw8u_ev_wce5380 --seed 1 --islands 2 --offspring 4 --generations 150000 --out fw8u_ev_wce12754.v
module fw8u_ev_wce12754 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_7_6;
  wire pp_6_7;
  wire pp_7_7;
  wire nand_2_0;
  wire or_2_0;
  wire and_3_0;
  wire and_3_1;
  wire xor_4_0;
  wire const0;

  assign pp_7_6 = B[6] & A[7];
  assign pp_6_7 = B[7] & A[6];
  assign pp_7_7 = A[7] & B[7];
  assign nand_2_0 = ~(pp_7_6 & pp_6_7);
  assign or_2_0 = pp_7_6 | pp_6_7;
  assign and_3_0 = pp_7_7 & nand_2_0;
  assign and_3_1 = pp_7_7 & or_2_0;
  assign xor_4_0 = and_3_0 ^ or_2_0;
  assign const0 = 1'b0;

  assign O[0] = B[4];
  assign O[1] = B[7];
  assign O[2] = pp_7_6;
  assign O[3] = xor_4_0;
  assign O[4] = B[2];
  assign O[5] = A[2];
  assign O[6] = A[1];
  assign O[7] = A[0];
  assign O[8] = A[6];
  assign O[9] = const0;
  assign O[10] = A[5];
  assign O[11] = B[4];
  assign O[12] = A[5];
  assign O[13] = const0;
  assign O[14] = xor_4_0;
  assign O[15] = and_3_1;
endmodule
